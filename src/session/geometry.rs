//! Where things lie on the canvas: cards, handles, curves of links.

//! Binary decision diagrams: a yes-or-no function of many independent things, small enough to be asked anything.
//!
//! Variables stand in the order of their creation. Every function has one node, so equal functions are found by
//! comparing numbers; that ends the rounds through loops of a design exactly.

use std::cmp::Reverse;

/// A function of the diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Function(u32);

/// Never.
pub const NEVER: Function = Function(0);
/// Always.
pub const ALWAYS: Function = Function(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    variable: u32,
    no: Function,
    yes: Function,
}

/// Functions under construction.
#[derive(Debug)]
pub struct Diagram {
    nodes: Vec<Node>,
    variables: u32,
    /// Where each node is found by what it says: places in the list, an open table, 0 where there is none.
    unique: Vec<u32>,
    /// Choices made already. A later one takes the place of an earlier one and costs its work again, never another result.
    made: Vec<Choice>,
    full: bool,
}

/// If one, then another, else a third: which function that is.
#[derive(Debug, Clone, Copy)]
struct Choice {
    of: [Function; 3],
    is: Function,
}

/// No choice yet: what decides it is never asked for.
const NO_CHOICE: Choice = Choice { of: [NEVER; 3], is: NEVER };

/// Places in the tables for each node: with more, fewer meet at one.
const PLACES: usize = 4;
/// Places at first.
const FIRST_PLACES: usize = 1 << 10;

/// Spreads three numbers over the places of a table whose size is a power of two.
fn place(of: [u32; 3], places: usize) -> usize {
    let [a, b, c] = of.map(u64::from);
    let mixed = (a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (b << 32 | c)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ mixed >> 32) as usize & (places - 1)
}

/// Nodes at most: designs that people draw need hundreds, and one that needs more would take for ever.
const MOST_NODES: usize = 200_000;

impl Default for Diagram {
    fn default() -> Self {
        let end = |function| Node { variable: u32::MAX, no: function, yes: function };
        Diagram {
            nodes: vec![end(NEVER), end(ALWAYS)],
            variables: 0,
            unique: vec![0; FIRST_PLACES],
            made: vec![NO_CHOICE; FIRST_PLACES],
            full: false,
        }
    }
}

impl Diagram {
    /// A new variable, after all others; its number is that of the chance given to [`Program::chances`].
    pub fn variable(&mut self) -> Function {
        self.variables += 1;
        self.node(Node { variable: self.variables - 1, no: NEVER, yes: ALWAYS })
    }

    /// If one, then another, else a third.
    pub fn choose(&mut self, condition: Function, yes: Function, no: Function) -> Function {
        if self.full {
            return NEVER;
        }
        if condition == ALWAYS || yes == no {
            return yes;
        }
        if condition == NEVER {
            return no;
        }
        if (yes, no) == (ALWAYS, NEVER) {
            return condition;
        }
        let of = [condition, yes, no];
        let made = self.made[place(of.map(|function| function.0), self.made.len())];
        if made.of == of {
            return made.is;
        }
        let top = |function: Function| self.nodes[function.0 as usize].variable;
        let variable = top(condition).min(top(yes)).min(top(no));
        let [below, above] = [false, true].map(|side| {
            let [c, y, n] = of.map(|function| self.side(function, variable, side));
            self.choose(c, y, n)
        });
        let result = self.node(Node { variable, no: below, yes: above });
        let at = place(of.map(|function| function.0), self.made.len());
        self.made[at] = Choice { of, is: result };
        result
    }

    /// Whether it grew too large: what came after is not to be believed.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Both.
    pub fn and(&mut self, a: Function, b: Function) -> Function {
        self.choose(a, b, NEVER)
    }

    /// All of these. What stands lowest is put together first: each step then costs no more than what it adds.
    pub fn all(&mut self, mut of: Vec<Function>) -> Function {
        crate::sorted::sort_by_key(&mut of, |function| Reverse(self.nodes[function.0 as usize].variable));
        of.into_iter().fold(ALWAYS, |rest, next| self.and(next, rest))
    }

    /// At least one of two.
    pub fn or(&mut self, a: Function, b: Function) -> Function {
        self.choose(a, ALWAYS, b)
    }

    /// At least `least` of these.
    pub fn at_least(&mut self, least: usize, of: &[Function]) -> Function {
        // counted[j]: at least j of those behind the present one.
        let mut counted = vec![NEVER; least + 1];
        counted[0] = ALWAYS;
        for function in of.iter().rev() {
            for j in (1..=least).rev() {
                counted[j] = self.choose(*function, counted[j - 1], counted[j]);
            }
        }
        counted[least]
    }

    fn node(&mut self, node: Node) -> Function {
        if node.no == node.yes {
            return node.no;
        }
        let at = self.find(node);
        if self.unique[at] > 0 {
            return Function(self.unique[at]);
        }
        self.full |= self.nodes.len() >= MOST_NODES;
        let function = Function(self.nodes.len() as u32);
        self.nodes.push(node);
        self.unique[at] = function.0;
        if self.nodes.len() * PLACES > self.unique.len() {
            self.grow();
        }
        function
    }

    /// The place of a node in its table, or the one where it belongs.
    fn find(&self, node: Node) -> usize {
        let mut at = place([node.variable, node.no.0, node.yes.0], self.unique.len());
        while self.unique[at] > 0 && self.nodes[self.unique[at] as usize] != node {
            at = (at + 1) & (self.unique.len() - 1);
        }
        at
    }

    fn grow(&mut self) {
        self.unique = vec![0; 2 * self.unique.len()];
        for index in 2..self.nodes.len() {
            let at = self.find(self.nodes[index]);
            self.unique[at] = index as u32;
        }
        let before = std::mem::replace(&mut self.made, vec![NO_CHOICE; self.unique.len()]);
        for choice in before.into_iter().filter(|choice| choice.of != NO_CHOICE.of) {
            let at = place(choice.of.map(|function| function.0), self.made.len());
            self.made[at] = choice;
        }
    }

    fn side(&self, function: Function, variable: u32, yes: bool) -> Function {
        let node = self.nodes[function.0 as usize];
        match (node.variable == variable, yes) {
            (false, _) => function,
            (true, true) => node.yes,
            (true, false) => node.no,
        }
    }

    /// What these functions need, and nothing else, to be computed many times.
    pub fn program(&self, roots: &[Function]) -> Program {
        let mut needed = vec![false; self.nodes.len()];
        roots.iter().for_each(|root| needed[root.0 as usize] = true);
        for index in (2..self.nodes.len()).rev().filter(|index| *index > 1) {
            if needed[index] {
                needed[self.nodes[index].no.0 as usize] = true;
                needed[self.nodes[index].yes.0 as usize] = true;
            }
        }
        (needed[0], needed[1]) = (true, true);
        let mut place = vec![0; self.nodes.len()];
        let mut steps = Vec::new();
        for index in (0..self.nodes.len()).filter(|index| needed[*index]) {
            place[index] = steps.len() as u32;
            let node = self.nodes[index];
            let at = |function: Function| place[function.0 as usize];
            steps.push((node.variable, at(node.no), at(node.yes)));
        }
        let roots = roots.iter().map(|root| place[root.0 as usize]).collect();
        Program { steps, roots, values: Vec::new() }
    }
}

/// Functions in the order in which they are computed: each after what it needs.
#[derive(Debug)]
pub struct Program {
    steps: Vec<(u32, u32, u32)>,
    roots: Vec<u32>,
    values: Vec<f64>,
}

impl Program {
    /// Chance of each root when the variables have these chances (0–1), independent of each other.
    pub fn chances(&mut self, of: &[f64]) -> Vec<f64> {
        self.values.clear();
        self.values.extend([0.0, 1.0]);
        for (variable, no, yes) in &self.steps[2..] {
            let chance = of[*variable as usize];
            let value = chance * self.values[*yes as usize] + (1.0 - chance) * self.values[*no as usize];
            self.values.push(value);
        }
        self.roots.iter().map(|root| self.values[*root as usize]).collect()
    }

    /// How much a root's chance falls when a variable goes from always to never, for each variable: Birnbaum's importance.
    pub fn importance(&mut self, root: usize, of: &[f64]) -> Vec<f64> {
        self.chances(of);
        self.slopes(&[(root, 1.0)], of)
    }

    /// The same for a sum of roots by weight, after [`Program::chances`] of the same chances. Chances are linear in each
    /// variable, so this is what the sum loses when a variable that always holds never does.
    pub fn slopes(&self, sum: &[(usize, f64)], of: &[f64]) -> Vec<f64> {
        let mut reach = vec![0.0; self.steps.len()];
        for (root, weight) in sum {
            reach[self.roots[*root] as usize] += weight;
        }
        let mut importance = vec![0.0; of.len()];
        for index in (2..self.steps.len()).rev() {
            let (variable, no, yes) = self.steps[index];
            let (chance, here) = (of[variable as usize], reach[index]);
            reach[no as usize] += here * (1.0 - chance);
            reach[yes as usize] += here * chance;
            importance[variable as usize] += here * (self.values[yes as usize] - self.values[no as usize]);
        }
        importance
    }

    /// Number of functions that one question takes.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it computes nothing.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_is_the_binomial_sum_and_importance_its_slope() {
        let mut diagram = Diagram::default();
        let of: Vec<Function> = (0..3).map(|_| diagram.variable()).collect();
        let root = diagram.at_least(2, &of);
        let mut program = diagram.program(&[root]);
        let p: f64 = 0.99;
        let exact = 3.0 * p * p * (1.0 - p) + p * p * p;
        assert!((program.chances(&[p; 3])[0] - exact).abs() < 1e-15);
        // One more or less decides when exactly one of the other two works.
        let importance = program.importance(0, &[p; 3]);
        assert!(importance.iter().all(|slope| (slope - 2.0 * p * (1.0 - p)).abs() < 1e-15));
    }

    #[test]
    fn equal_functions_are_one() {
        let mut diagram = Diagram::default();
        let (a, b) = (diagram.variable(), diagram.variable());
        let (ab, ba) = (diagram.or(a, b), diagram.or(b, a));
        assert_eq!(ab, ba);
        assert_eq!(diagram.at_least(1, &[a, b]), ab);
        assert_eq!(diagram.at_least(0, &[a, b]), ALWAYS);
        assert_eq!(diagram.at_least(3, &[a, b]), NEVER);
    }
}

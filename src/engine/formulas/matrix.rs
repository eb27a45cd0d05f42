//! Small square matrices: as much as chains with a few dozen phases need.

/// A square matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// All zeros.
    pub fn zero(size: usize) -> Matrix {
        Matrix { size, cells: vec![0.0; size * size] }
    }

    /// The unit matrix.
    pub fn one(size: usize) -> Matrix {
        let mut one = Matrix::zero(size);
        (0..size).for_each(|at| one.set(at, at, 1.0));
        one
    }

    /// Rows and columns.
    pub fn size(&self) -> usize {
        self.size
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    /// Sets a cell.
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * self.size + column] = value;
    }

    /// Sum of a row.
    pub fn row_sum(&self, row: usize) -> f64 {
        self.cells[row * self.size..(row + 1) * self.size].iter().sum()
    }

    /// Largest cell, without its sign.
    pub fn largest(&self) -> f64 {
        self.cells.iter().fold(0.0, |most, cell| f64::max(most, cell.abs()))
    }

    /// The sum of both.
    pub fn plus(&self, other: &Matrix) -> Matrix {
        let cells = self.cells.iter().zip(&other.cells).map(|(a, b)| a + b).collect();
        Matrix { size: self.size, cells }
    }

    /// All cells times a number.
    pub fn scaled(&self, by: f64) -> Matrix {
        Matrix { size: self.size, cells: self.cells.iter().map(|cell| cell * by).collect() }
    }

    /// The product of both.
    pub fn times(&self, other: &Matrix) -> Matrix {
        let mut product = Matrix::zero(self.size);
        for row in 0..self.size {
            for (inner, factor) in (0..self.size).map(|inner| (inner, self.at(row, inner))) {
                if factor != 0.0 {
                    for column in 0..self.size {
                        product.cells[row * self.size + column] += factor * other.at(inner, column);
                    }
                }
            }
        }
        product
    }

    /// A row times this.
    pub fn row(&self, row: &[f64]) -> Vec<f64> {
        let sum = |column: usize| (0..self.size).map(|inner| row[inner] * self.at(inner, column)).sum();
        (0..self.size).map(sum).collect()
    }

    /// The inverse, by Gauss and Jordan with the largest pivot of each column.
    pub fn inverse(&self) -> Matrix {
        let (size, mut left, mut right) = (self.size, self.clone(), Matrix::one(self.size));
        for column in 0..size {
            let below = column..size;
            let pivot = below.fold(column, |best, row| {
                if left.at(row, column).abs() > left.at(best, column).abs() { row } else { best }
            });
            for other in 0..size {
                left.cells.swap(column * size + other, pivot * size + other);
                right.cells.swap(column * size + other, pivot * size + other);
            }
            let scale = 1.0 / left.at(column, column);
            for cell in column * size..(column + 1) * size {
                left.cells[cell] *= scale;
                right.cells[cell] *= scale;
            }
            for row in (0..size).filter(|row| *row != column) {
                let factor = left.at(row, column);
                if factor != 0.0 {
                    for other in 0..size {
                        left.cells[row * size + other] -= factor * left.cells[column * size + other];
                        right.cells[row * size + other] -= factor * right.cells[column * size + other];
                    }
                }
            }
        }
        right
    }

    /// The row with sum 1 that this turns into zeros: the balance of a generator.
    pub fn null_row(&self) -> Vec<f64> {
        // One balance follows from the others: the sum takes its place.
        let mut with_sum = self.clone();
        (0..self.size).for_each(|row| with_sum.set(row, 0, 1.0));
        let inverse = with_sum.inverse();
        (0..self.size).map(|column| inverse.at(0, column)).collect()
    }
}

//! Reverse accumulation on the graph: the derivative of a formula is more nodes of the same graph.
use super::graph::{Call, Compare, Function, Graph, Id, Node, Stage};
use std::f64::consts::FRAC_2_SQRT_PI;

impl Graph {
    /// For each of `inputs`, the sum over `roots`, pairs of a node and the gradient by it, of that
    /// gradient times the node's derivative.
    pub fn differentiate(&mut self, roots: &[(Id, Id)], inputs: &[Id]) -> Vec<Id> {
        let zero = self.number(0.0);
        let last = roots.iter().map(|r| r.0).max().unwrap_or(0);
        let mut sums = vec![zero; last + 1];
        for &(id, g) in roots {
            sums[id] = self.add(sums[id], g);
        }
        for id in (0..=last).rev() {
            if sums[id] != zero {
                for (to, g) in self.shares(id, sums[id]) {
                    sums[to] = self.add(sums[to], g);
                }
            }
        }
        inputs
            .iter()
            .map(|&i| sums.get(i).copied().unwrap_or(zero))
            .collect()
    }

    /// What the parts of node `id` get of its gradient `g`. A gradient that is 0 where a condition does not
    /// hold stays 0 there whatever it is multiplied with: infinities and NaN of a branch that was not
    /// taken do not get in.
    fn shares(&mut self, id: Id, g: Id) -> Vec<(Id, Id)> {
        let zero = self.number(0.0);
        match self.nodes[g] {
            Node::Select(c, t, e) if e == zero => {
                let shares = self.shares(id, t);
                let masked = |(to, g)| (to, self.select(c, g, zero));
                shares.into_iter().map(masked).collect()
            }
            Node::Select(c, t, e) if t == zero => {
                let shares = self.shares(id, e);
                let masked = |(to, g)| (to, self.select(c, zero, g));
                shares.into_iter().map(masked).collect()
            }
            _ => self.plain_shares(id, g),
        }
    }

    fn plain_shares(&mut self, id: Id, g: Id) -> Vec<(Id, Id)> {
        let zero = self.number(0.0);
        match self.nodes[id].clone() {
            Node::Input(_) | Node::Number(_) | Node::Constant(_) | Node::Call(_) => vec![],
            Node::Add(a, b) => vec![(a, g), (b, g)],
            Node::Sub(a, b) => vec![(a, g), (b, self.neg(g))],
            Node::Neg(a) => vec![(a, self.neg(g))],
            Node::Mul(a, b) => vec![(a, self.mul(g, b)), (b, self.mul(g, a))],
            Node::Div(a, b) => {
                let by_a = self.div(g, b);
                let product = self.mul(by_a, id);
                vec![(a, by_a), (b, self.neg(product))]
            }
            Node::Powi(a, n) => {
                let (power, n) = (self.powi(a, n - 1), self.number(n.into()));
                let slope = self.mul(power, n);
                vec![(a, self.mul(g, slope))]
            }
            Node::Powf(a, b) => self.power_shares(id, g, a, b),
            Node::Function(f, a) => {
                let share = self.function_share(f, id, a, g);
                vec![(a, share)]
            }
            Node::Max(a, b) => self.choice_shares(id, g, [a, b], Compare::Greater),
            Node::Min(a, b) => self.choice_shares(id, g, [a, b], Compare::Less),
            Node::Select(c, t, e) => {
                vec![(t, self.select(c, g, zero)), (e, self.select(c, zero, g))]
            }
            Node::Pick(call, k) => self.call_shares(call, k, g),
        }
    }

    /// `a^b`: `b a^(b-1)` and `a^b ln a`, which is 0 at 0.
    fn power_shares(&mut self, id: Id, g: Id, a: Id, b: Id) -> Vec<(Id, Id)> {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let less = self.sub(b, one);
        let (power, log) = (self.powf(a, less), self.function(Function::Ln, a));
        let (by_a, by_b) = (self.mul(power, b), self.mul(id, log));
        let at_zero = self.condition(Compare::Equal, a, zero);
        let by_b = self.mul(g, by_b);
        vec![
            (a, self.mul(g, by_a)),
            (b, self.select(at_zero, zero, by_b)),
        ]
    }

    /// The greater or the lesser of two: the gradient is that of the one taken, half of it for each where
    /// they are equal. Against a number that does not depend on a tensor, all of it goes to the number
    /// there, and the result alone says which one was taken.
    fn choice_shares(&mut self, id: Id, g: Id, [a, b]: [Id; 2], beyond: Compare) -> Vec<(Id, Id)> {
        let zero = self.number(0.0);
        for (x, number) in [(a, b), (b, a)] {
            if self.is_fixed(number) {
                let c = self.condition(beyond, id, number);
                return vec![
                    (x, self.select(c, g, zero)),
                    (number, self.select(c, zero, g)),
                ];
            }
        }
        let (first, same) = (
            self.condition(beyond, a, b),
            self.condition(Compare::Equal, a, b),
        );
        let half = self.number(0.5);
        let half = self.mul(g, half);
        let (of_a, of_b) = (self.select(same, half, zero), self.select(same, half, g));
        vec![
            (a, self.select(first, g, of_a)),
            (b, self.select(first, zero, of_b)),
        ]
    }

    fn function_share(&mut self, f: Function, y: Id, x: Id, g: Id) -> Id {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let slope = match f {
            Function::Abs => {
                let (above, below) = (
                    self.condition(Compare::Greater, x, zero),
                    self.condition(Compare::Less, x, zero),
                );
                let minus = self.neg(g);
                let rest = self.select(below, minus, zero);
                return self.select(above, g, rest);
            }
            Function::Ln => return self.div(g, x),
            Function::Log1p => {
                let x = self.add(x, one);
                return self.div(g, x);
            }
            Function::Sqrt => {
                let half = self.number(0.5);
                let g = self.mul(g, half);
                return self.div(g, y);
            }
            Function::Cos => {
                let sin = self.function(Function::Sin, x);
                self.neg(sin)
            }
            Function::Sin => self.function(Function::Cos, x),
            Function::Exp => y,
            Function::Expm1 => self.add(y, one),
            Function::Erf => {
                let (square, factor) = (self.mul(x, x), self.number(FRAC_2_SQRT_PI));
                let inner = self.neg(square);
                let bell = self.function(Function::Exp, inner);
                self.mul(bell, factor)
            }
            Function::Sigmoid => {
                let rest = self.sub(one, y);
                self.mul(y, rest)
            }
            Function::Tanh => {
                let square = self.mul(y, y);
                self.sub(one, square)
            }
        };
        self.mul(g, slope)
    }

    /// Result `k` of a call of another formula: a call of its gradient, or of the gradient of that.
    fn call_shares(&mut self, id: Id, k: usize, g: Id) -> Vec<(Id, Id)> {
        let Node::Call(call) = self.nodes[id].clone() else {
            return vec![];
        };
        let zero = self.number(0.0);
        let [n, m] = call.arity;
        let only = |len: usize| (0..len).map(move |i| if i == k { g } else { zero });
        let mut arguments = call.arguments.clone();
        let stage = match call.stage {
            Stage::Value => {
                arguments.extend((0..m).map(|i| self.pick(id, i)));
                arguments.extend(only(m));
                Stage::Gradient
            }
            Stage::Gradient => {
                arguments.extend(only(n));
                Stage::Second
            }
            Stage::Second => return vec![], // nothing is differentiated three times
        };
        let new = self.call(Call {
            stage,
            arguments,
            ..call
        });
        let parts = call.arguments.into_iter().enumerate();
        parts.map(|(i, to)| (to, self.pick(new, i))).collect()
    }
}

/// A last-in, first-out list that knows its smallest item at any time.
#[derive(Debug, Default)]
pub struct MinStack<T> {
    items: Vec<T>,
    smallest: Vec<T>,
}

impl<T: Ord + Clone> MinStack<T> {
    pub fn new() -> Self {
        MinStack { items: Vec::new(), smallest: Vec::new() }
    }

    pub fn push(&mut self, item: T) {
        match self.smallest.last() {
            Some(least) if *least < item => {}
            _ => self.smallest.push(item.clone()),
        }
        self.items.push(item);
    }

    pub fn pop(&mut self) -> Option<T> {
        let item = self.items.pop()?;
        if self.smallest.last() == Some(&item) {
            self.smallest.pop();
        }
        Some(item)
    }

    pub fn min(&self) -> Option<&T> {
        self.smallest.last()
    }
}

#[test]
fn the_minimum_follows_the_items() {
    let mut stack = MinStack::new();
    for x in [5, 3, 4, 3] {
        stack.push(x);
    }
    assert_eq!(stack.min(), Some(&3));
    assert_eq!(stack.pop(), Some(3));
    assert_eq!(stack.min(), Some(&3));
    stack.pop();
    stack.pop();
    assert_eq!(stack.min(), Some(&5));
}

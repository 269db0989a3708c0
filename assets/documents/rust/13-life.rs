use std::collections::HashSet;

type Cell = (i32, i32);

fn neighbours((x, y): Cell) -> impl Iterator<Item = Cell> {
    (-1..=1)
        .flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
        .filter(move |&cell| cell != (x, y))
}

/// One step of the game of life on an endless board; `alive` holds the living cells.
pub fn step(alive: &HashSet<Cell>) -> HashSet<Cell> {
    let candidates: HashSet<Cell> = alive.iter().copied().flat_map(neighbours).chain(alive.iter().copied()).collect();
    candidates
        .into_iter()
        .filter(|&cell| {
            let count = neighbours(cell).filter(|other| alive.contains(other)).count();
            count == 3 || (count == 2 && alive.contains(&cell))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blinker_blinks() {
        let flat = HashSet::from([(0, 0), (1, 0), (2, 0)]);
        let upright = HashSet::from([(1, -1), (1, 0), (1, 1)]);
        assert_eq!(step(&flat), upright);
        assert_eq!(step(&upright), flat);
    }

    #[test]
    fn a_lonely_cell_dies() {
        assert!(step(&HashSet::from([(5, 5)])).is_empty());
    }
}

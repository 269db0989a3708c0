/// The first index in `items` for which `pred` is false, if it is true for some items and then false for all others.
pub fn partition_point<T>(items: &[T], pred: impl Fn(&T) -> bool) -> usize {
    let mut low = 0;
    let mut high = items.len();
    while low < high {
        let middle = low + (high - low) / 2;
        if pred(&items[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Where `value` is in a sorted slice, or where it would have to be put in.
pub fn find<T: Ord>(items: &[T], value: &T) -> Result<usize, usize> {
    let place = partition_point(items, |item| item < value);
    if place < items.len() && items[place] == *value {
        Ok(place)
    } else {
        Err(place)
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn finds_what_is_there() {
        let items = [1, 3, 5, 8, 13];
        for (i, x) in items.iter().enumerate() {
            assert_eq!(find(&items, x), Ok(i));
        }
    }

    #[test]
    fn says_where_a_missing_value_belongs() {
        assert_eq!(find(&[1, 3, 5], &4), Err(2));
        assert_eq!(find(&[], &4), Err(0));
    }
}

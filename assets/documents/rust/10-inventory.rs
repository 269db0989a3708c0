use std::collections::BTreeMap;

#[derive(Debug, PartialEq)]
pub enum StockError {
    UnknownItem(String),
    NotEnough { item: String, wanted: u32, available: u32 },
}

#[derive(Default)]
pub struct Inventory {
    items: BTreeMap<String, u32>,
}

impl Inventory {
    pub fn add(&mut self, item: &str, count: u32) {
        *self.items.entry(item.to_string()).or_default() += count;
    }

    pub fn take(&mut self, item: &str, count: u32) -> Result<u32, StockError> {
        let available = self.items.get_mut(item).ok_or_else(|| StockError::UnknownItem(item.to_string()))?;
        if *available < count {
            return Err(StockError::NotEnough { item: item.to_string(), wanted: count, available: *available });
        }
        *available -= count;
        Ok(*available)
    }

    pub fn total(&self) -> u32 {
        self.items.values().sum()
    }
}

#[test]
fn taking_more_than_there_is_fails() {
    let mut stock = Inventory::default();
    stock.add("lamp", 3);
    assert_eq!(stock.take("lamp", 2), Ok(1));
    let error = stock.take("lamp", 2).unwrap_err();
    assert_eq!(error, StockError::NotEnough { item: "lamp".into(), wanted: 2, available: 1 });
    assert!(matches!(stock.take("rug", 1), Err(StockError::UnknownItem(_))));
    assert_eq!(stock.total(), 1);
}

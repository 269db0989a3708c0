use std::f64::consts::PI;

pub trait Shape {
    fn area(&self) -> f64;
    fn perimeter(&self) -> f64;

    /// How close the shape is to a circle: 1 for a circle, less for everything else.
    fn roundness(&self) -> f64 {
        4.0 * PI * self.area() / self.perimeter().powi(2)
    }
}

pub struct Circle {
    pub radius: f64,
}

pub struct Rectangle {
    pub width: f64,
    pub height: f64,
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        PI * self.radius.powi(2)
    }

    fn perimeter(&self) -> f64 {
        2.0 * PI * self.radius
    }
}

impl Shape for Rectangle {
    fn area(&self) -> f64 {
        self.width * self.height
    }

    fn perimeter(&self) -> f64 {
        2.0 * (self.width + self.height)
    }
}

pub fn largest<'a>(shapes: &'a [Box<dyn Shape>]) -> Option<&'a dyn Shape> {
    shapes.iter().map(|shape| shape.as_ref()).max_by(|a, b| a.area().total_cmp(&b.area()))
}

#[test]
fn the_largest_by_area() {
    let shapes: Vec<Box<dyn Shape>> =
        vec![Box::new(Circle { radius: 1.0 }), Box::new(Rectangle { width: 2.0, height: 3.0 })];
    assert_eq!(largest(&shapes).unwrap().area(), 6.0);
    assert!((shapes[0].roundness() - 1.0).abs() < 1e-12);
}

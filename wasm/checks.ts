export function sum(a: f64, b: f64): f64 {
  return a + b;
}

/** The middle of the values; the mean of the two middle ones where their count is even. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that a share `part` (0…1) of the values does not exceed. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** The slope of the straight line that is nearest to points `[x, y]`: least squares. */
export function slope(points) {
  const x = sum(points.map(([value]) => value)) / points.length;
  const y = sum(points.map(([, value]) => value)) / points.length;
  return sum(points.map(([a, b]) => (a - x) * (b - y))) / sum(points.map(([a]) => (a - x) ** 2));
}

/** The exponent k of the law `y = c · x^k` that is nearest to points `[x, y]`: the slope where both axes are logarithmic. */
export function exponent(points) {
  return slope(points.map(([x, y]) => [Math.log(x), Math.log(y)]));
}

// The argument check that the TypeScript twins share with native/binding.cc: same errors, same moment (before any byte
// is touched).

/** Throws RangeError unless [offset, offset + count) lies inside an array of `length` elements. */
export function checkBounds(length: number, offset: number, count: number): void {
  // The first two also refuse fractions and NaN.
  if ((offset | 0) !== offset || (count | 0) !== count || offset < 0 || count < 0 || offset + count > length) {
    throw new RangeError('offset or count outside of the array');
  }
}

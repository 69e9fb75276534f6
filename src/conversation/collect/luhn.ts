// The check digit of payment cards (ISO/IEC 7812-1, annex B), and how long a card's number is.

/** Whether the digits fit their check digit. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits !== '' && sum % 10 === 0;
}

/** American Express has 15 digits and begins with 34 or 37, Diners Club 14 and 36, 38 or 300 to 305; the others 16. */
export function cardLength(digits: string): number {
  if (/^3[47]/.test(digits)) return 15;
  return /^3(?:0[0-5]|[68])/.test(digits) ? 14 : 16;
}

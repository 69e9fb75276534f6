// The form of the vendor's errors.

/** An answer that is not a completion. */
export interface ErrorAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** The vendor's error body. */
export function errorAnswer(
  status: number,
  type: string,
  message: string,
  extra: { code?: string; param?: string; headers?: Record<string, string> } = {},
): ErrorAnswer {
  const body = JSON.stringify({ error: { message, type, param: extra.param ?? null, code: extra.code ?? null } });
  return { status, body, headers: extra.headers ?? {} };
}

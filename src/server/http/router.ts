// Which route a path belongs to. Patterns are like /calls/:call_sid; a parameter is one segment, never empty, and comes
// as it stood in the path. Knows no handler.

export interface RouteMatch<R> {
  route: R;
  /** In order of the pattern, not decoded. */
  params: string[];
}

/** @returns the first route whose pattern fits, or null */
export function makeRouter<R extends { pattern: string }>(
  routes: readonly R[],
): (path: string) => RouteMatch<R> | null {
  const table = routes.map((route) => ({ route, segments: route.pattern.split('/') }));
  return (path) => {
    const segments = path.split('/');
    for (const { route, segments: pattern } of table) {
      if (pattern.length !== segments.length) continue;
      const fits = pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]));
      if (fits) return { route, params: segments.filter((_, i) => pattern[i].startsWith(':')) };
    }
    return null;
  };
}

/** Where the live page shows a series; undefined where its address is not known. */
export function linkTo(pageUrl: string | undefined, series: string): string | undefined {
  if (pageUrl === undefined) return undefined;
  const url = new URL(pageUrl);
  url.hash = encodeURIComponent(series);
  return url.href;
}

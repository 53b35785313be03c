/** The protocol's name of what went wrong, through kafkajs's wrappers; undefined where it has none. */
export function typeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const type: unknown = Reflect.get(error, 'type');
  return typeof type === 'string' ? type : typeOf(error.cause);
}

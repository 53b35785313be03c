import { type RouteOf, type RouteSetting, RouteSettings } from '../../src/route/settings.ts';

/** A route as its settings are when they have been read; to this machine, without TLS. */
export function routeOf<K extends RouteSetting['kind']>(kind: K, more: object = {}): RouteOf<K> {
  const local = kind === 'file' || kind === 'stdout' ? {} : { allowInsecure: true, allowPrivate: true };
  return RouteSettings.parse([{ kind, name: 'r', ...local, ...more }])[0] as RouteOf<K>;
}

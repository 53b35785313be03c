import { JoinSettings } from '../align/join-settings.ts';
import type { RunSettings } from '../config/run-settings.ts';

/** How the pipeline's section `align` joins series; undefined where it has none, or none that joins. */
export function joinOf(settings: RunSettings): JoinSettings | undefined {
  const align: unknown = Reflect.get(settings, 'align');
  if (typeof align !== 'object' || align === null) return undefined;
  return JoinSettings.safeParse(Reflect.get(align, 'join')).data;
}

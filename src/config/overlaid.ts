import type { Pipeline } from '../pipeline.ts';
import { checkedSettings, mergeSettings, type Tree } from './load.ts';
import type { RunSettings } from './run-settings.ts';

/**
 * Settings with something over them, as a candidate and a promotion have it. A section `model` takes the place of the whole section: settings of the one
 * before would contradict its file.
 *
 * @param tree what the settings are made from
 */
export function overlaidBy({ settings }: Pipeline, tree: Tree): (over: Tree) => RunSettings {
  return (over) => {
    const { model: _, ...rest } = tree;
    return checkedSettings(settings, mergeSettings('model' in over ? rest : tree, over));
  };
}

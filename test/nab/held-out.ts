import type { Profile } from './profiles.ts';
import { NabScorer } from './score.ts';
import type { ScoredFile } from './windows.ts';

/** What a detector reaches where no file is judged with a threshold that its own category has helped to choose. */
export interface HeldOut {
  readonly score: number;
  readonly found: number;
  readonly windows: number;
  readonly falseAlerts: number;
  /** By category: the best threshold of all the others. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/** Scores the files of each category (the folder in their names) with the threshold that is best for all the others. */
export function heldOut(files: readonly ScoredFile[], profile: Profile): HeldOut {
  const categories = [...new Set(files.map(categoryOf))];
  const parts = categories.map((category) => {
    const others = files.filter((file) => categoryOf(file) !== category);
    const { threshold } = new NabScorer(others).best(profile);
    return new NabScorer(files.filter((file) => categoryOf(file) === category)).at(threshold, profile);
  });
  const sum = (key: 'gained' | 'found' | 'windows' | 'falseAlerts'): number =>
    parts.reduce((total, part) => total + part[key], 0);
  const perfect = sum('windows') * (profile.found + profile.missed);
  return {
    score: (100 * sum('gained')) / perfect,
    found: sum('found'),
    windows: sum('windows'),
    falseAlerts: sum('falseAlerts'),
    thresholds: Object.fromEntries(categories.map((category, i) => [category, parts[i]!.threshold])),
  };
}

function categoryOf({ name }: ScoredFile): string {
  return name.split('/')[0]!;
}

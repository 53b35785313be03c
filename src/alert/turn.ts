import type { Reason } from '../detect/judge.ts';
import type { Turn } from './machine.ts';

/** What an alert tells in numbers, in the order of a table's columns; NaN where there is none. */
export const ALERT_NUMBERS = [
  'score',
  'peak',
  'value',
  'expected',
  'lo',
  'hi',
  'surprise',
  'jump',
  'flatline',
  'novelty',
  'nearest',
  'nearestTime',
] as const;

/** What an alert says of itself in numbers, each in the series' units where nothing else is said. */
export interface AlertNumbers {
  /** Oddness now, and the most since it was raised. */
  readonly score: number;
  readonly peak: number;
  /** What came, what was forecast for it, and the 99 % band. */
  readonly value: number;
  readonly expected: number;
  readonly lo: number;
  readonly hi: number;
  /** How odd the channel is by each kind of evidence, in [0, 1]: the largest is the score. */
  readonly surprise: number;
  readonly jump: number;
  readonly flatline: number;
  readonly novelty: number;
  /** Of what is novel: the most similar that the channel has been before, and when that was, ms. */
  readonly nearest: number;
  readonly nearestTime: number;
}

/** What a turn of an alert tells beside its numbers. */
export interface AlertFacts {
  /** Name of the series; with `since` it names the alert, the same in every run. */
  readonly series: string;
  /** Event time of what turned it, ms. */
  readonly time: number;
  /** When it was raised, ms. */
  readonly since: number;
  readonly severity: 'warning' | 'critical';
  /** What said so most when it turned. */
  readonly reason: Reason;
  /** Channel of a reading that said so; '' where it has one or none has. */
  readonly channel: string;
  /** Whether it is to be told to nobody: maintenance, or a mute. */
  readonly isMuted: boolean;
  /** Labels from the name of the series. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What is told of an alert: a turn, or that one which was told before is none any more. */
export type ToldTurn = Turn | 'withdrawn';

/** What late readings make of a turn, where they are taken in. */
export interface AlertRevision {
  /** 0 for what is told at first; else offset of the late record + 1. What is told of one turn takes the place of what was told before. */
  readonly revision?: number;
  /** Of what is withdrawn: the turn that is none any more. It is at the same time. */
  readonly withdraws?: Turn;
  /** False where people know already that the alert stands, or is over, and only its turn has moved. */
  readonly isNews?: boolean;
}

/** What has become of an alert. */
export interface AlertTurn extends AlertFacts, AlertNumbers, AlertRevision {
  readonly turn: ToldTurn;
  /** Offset of the record that turned it; NaN where it was the passing of time. */
  readonly offset: number;
}

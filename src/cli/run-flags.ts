import type { DigestFlags } from './digest-report.ts';
import type { SettingsFlags } from './settings-options.ts';

/** Flags of `foretide run`. */
export interface RunFlags extends SettingsFlags, DigestFlags {
  readonly fresh?: boolean;
  readonly exitAtEnd?: boolean;
  /** File with labelled failures. */
  readonly labels?: string;
  readonly logLevel: string;
  /** Processes that share the input. */
  readonly workers?: number;
  /** This is one of them: its number, from 1. */
  readonly worker?: number;
}

/** What an application profile pays: A_TP for a window that was found, A_FP for each false alert, A_FN for a window that was missed. */
export interface Profile {
  readonly name: 'standard' | 'reward_low_FP' | 'reward_low_FN';
  readonly found: number;
  readonly falseAlert: number;
  readonly missed: number;
}

/** The three profiles of NAB (its `config/profiles.json`): what each pays is in its units, a found window being 1. */
export const PROFILES: readonly Profile[] = [
  { name: 'standard', found: 1, falseAlert: 0.11, missed: 1 },
  { name: 'reward_low_FP', found: 1, falseAlert: 0.22, missed: 1 },
  { name: 'reward_low_FN', found: 1, falseAlert: 0.11, missed: 2 },
];

/** What the user has said of the data, which is then not looked for. */
export interface Asked {
  readonly format?: DataFormat | undefined;
  readonly series?: readonly string[] | undefined;
  readonly time?: string | undefined;
  readonly timeUnit?: KnownUnit | undefined;
  readonly values?: readonly string[] | undefined;
  readonly delimiter?: string | undefined;
  readonly nulls?: readonly string[] | undefined;
  /** The values are the channels of one series. */
  readonly channels?: boolean | undefined;
}

/** How records may be written. */
export const FORMATS = ['csv', 'json', 'line-protocol', 'telegraf', 'parquet'] as const;
export type DataFormat = (typeof FORMATS)[number];

/** How times may be written; `auto` is left to columns of Parquet that say it themselves. */
export const UNITS = ['iso', 's', 'ms', 'us', 'ns'] as const;
export type KnownUnit = (typeof UNITS)[number];

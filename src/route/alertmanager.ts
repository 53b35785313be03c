import { z } from 'zod';
import { readSecret } from '../secret.ts';
import { call, shownUrl } from './http.ts';
import { linkTo } from './link.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';
import { inWords, isoOf, titleOf } from './words.ts';

/** An alert that is not sent again ends after so many times `resendEvery`, as Prometheus has it. */
const MISSED = 4;
/** Alerts in one request. */
const TOGETHER = 500;

const Status = z.object({ versionInfo: z.object({ version: z.string() }) });

/**
 * Prometheus's Alertmanager, API v2.
 *
 * 1. An alert is what its labels are, and the same ones when it is resolved: alertname, series, severity, reason, channel and its own.
 * 2. Alertmanager keeps alerts in its memory only and wants to be told again of those that fire, with an end that lies ahead: else an alert
 *    would outlive whoever raised it.
 * 3. Times are event time, but none is later than now: what has begun or ended has done so.
 *
 * @see https://prometheus.io/docs/alerting/latest/clients/
 * @see https://github.com/prometheus/alertmanager/blob/v0.25.0/api/v2/openapi.yaml
 */
export async function alertmanager(settings: RouteOf<'alertmanager'>): Promise<Receiver> {
  const { url, token, resendEvery } = settings;
  const api = (path: string) => ({ ...settings, url: `${url.replace(/\/+$/, '')}/api/v2/${path}` });
  const headers = token === undefined ? {} : { authorization: `Bearer ${await readSecret(token)}` };
  const post = async (alerts: readonly ToldAlert[], stop: AbortSignal): Promise<void> => {
    const body = JSON.stringify(alerts.map((alert) => postable(alert, settings, Date.now())));
    await call(api('alerts'), { method: 'POST', headers, body }, stop);
  };
  return {
    name: `alertmanager ${shownUrl(url)}`,
    async check() {
      const answer = await call(api('status'), { method: 'GET', headers }, new AbortController().signal);
      const { versionInfo } = Status.parse(JSON.parse(answer.text));
      return [`Alertmanager ${versionInfo.version} answers at ${shownUrl(url)}`];
    },
    deliver: (alert, stop) => post([alert], stop),
    again: {
      every: resendEvery,
      async tell(alerts, stop) {
        for (let from = 0; from < alerts.length; from += TOGETHER)
          await post(alerts.slice(from, from + TOGETHER), stop);
      },
    },
  };
}

/**
 * An alert as `postableAlert` of the API.
 *
 * @param now wall clock, ms
 */
export function postable(
  alert: ToldAlert,
  { alertname, resendEvery, pageUrl }: Pick<RouteOf<'alertmanager'>, 'alertname' | 'resendEvery' | 'pageUrl'>,
  now: number,
): object {
  const { id, state, series, severity, reason, channel, since, time } = alert;
  const begin = Math.min(since, now);
  const end = state === 'resolved' ? Math.max(begin, Math.min(time, now)) : now + MISSED * resendEvery;
  const link = linkTo(pageUrl, series);
  const numbers = (['value', 'expected', 'lo', 'hi'] as const).flatMap((name) => {
    const number = alert[name];
    return number === null ? [] : [[name, String(number)] as const];
  });
  return {
    labels: {
      ...labelsOf(alert.labels),
      alertname,
      series,
      severity,
      reason,
      ...(channel !== '' && { channel }),
    },
    annotations: {
      summary: titleOf(alert),
      description: inWords(alert),
      id,
      ...Object.fromEntries(numbers),
    },
    startsAt: isoOf(begin),
    endsAt: isoOf(end),
    ...(link !== undefined && { generatorURL: link }),
  };
}

/** Labels whose names are made of what Prometheus allows in one. */
function labelsOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, '_'), value]),
  );
}

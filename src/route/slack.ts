import { readSecret } from '../secret.ts';
import { call, reach, shownUrl } from './http.ts';
import { linkTo } from './link.ts';
import type { Receiver } from './receiver.ts';
import type { RouteOf } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';
import { inWords, moment, titleOf } from './words.ts';

/** Most characters of a header and of a section. @see https://docs.slack.dev/reference/block-kit/blocks */
const MOST_HEADER = 150;
const MOST_SECTION = 3000;
/** Most elements of a context. */
const MOST_ELEMENTS = 10;

/**
 * An incoming webhook of Slack; Mattermost and others take the same.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export async function slack(settings: RouteOf<'slack'>): Promise<Receiver> {
  const url = await readSecret(settings.webhook);
  const target = { ...settings, url };
  return {
    name: `slack ${shownUrl(url)}`,
    check: async () => [`Slack's webhook ${await reach(target)}`],
    async deliver(alert, stop) {
      const body = JSON.stringify(slackMessage(alert, settings.pageUrl));
      await call(target, { method: 'POST', body }, stop);
    },
  };
}

/** Blocks, and the same as text for notifications. */
export function slackMessage(alert: ToldAlert, pageUrl: string | undefined): object {
  const { state, severity, labels, time } = alert;
  const mark = state === 'resolved' ? '🟢 resolved' : severity === 'critical' ? '🔴 critical' : '🟠 warning';
  const title = `${mark} ${titleOf(alert)}`;
  const words = inWords(alert);
  const link = linkTo(pageUrl, alert.series);
  const facts = [moment(time), ...Object.entries(labels).map(([name, value]) => `${name}: ${value}`)].slice(
    0,
    MOST_ELEMENTS,
  );
  return {
    text: escape(`${title}: ${words}`),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(title, MOST_HEADER), emoji: true } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `${cut(escape(words), MOST_SECTION / 2)}${link === undefined ? '' : `\n<${escape(link)}|Live page>`}`,
        },
      },
      {
        type: 'context',
        elements: facts.map((text) => ({ type: 'plain_text', text: cut(text, MOST_HEADER) })),
      },
    ],
  };
}

/** @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

import type { LiveMessage, Mailbox } from './mailbox.ts';

/** The pace of an event stream, in milliseconds. */
export interface Pace {
  /** The least time between two deliveries. */
  readonly every: number;
  /** After this long without a message a comment is sent, so that proxies and sockets stay open. */
  readonly heartbeat: number;
  /** How long a browser waits before it connects again. */
  readonly retry: number;
}

/**
 * A mailbox as a stream of server-sent events: `status`, `points` and `reload`, each with JSON data.
 *
 * Pulled, not pushed: while the socket is full nothing is taken from the mailbox. Cancelling the stream closes the mailbox,
 * and closing the mailbox ends the stream. No event has an id: a page that comes back fetches its window again.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(mailbox: Mailbox, { every, heartbeat, retry }: Pace): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let greeted = false;
  let cancelled = false;
  let rested: Promise<void> = Promise.resolve();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let text = ': still here\n\n';
        if (!greeted) {
          greeted = true;
          text = `retry: ${retry}\n\n`;
        } else {
          await rested;
          if (await arrives(mailbox, heartbeat)) text = mailbox.take().map(eventText).join('');
          if (cancelled) return;
          if (mailbox.closed) {
            controller.close();
            return;
          }
          rested = rest(every);
        }
        controller.enqueue(encoder.encode(text));
      },
      cancel() {
        cancelled = true;
        mailbox.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function eventText(message: LiveMessage): string {
  let data: unknown = {};
  if (message.kind === 'status') data = message.status;
  if (message.kind === 'points') data = message.window;
  return `event: ${message.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Whether something arrives within `ms`. */
async function arrives(mailbox: Mailbox, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const arrived = await Promise.race([mailbox.arrival().then(() => true), silence]);
  clearTimeout(timer);
  return arrived;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

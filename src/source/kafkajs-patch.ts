import { createRequire } from 'node:module';
import { crc32c } from './crc32c.ts';

/** The part of kafkajs's request queue that the patch reads and writes. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Until when the broker asked us to hold back, ms since 1970; -1 when it never did. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: ReturnType<typeof setTimeout> | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** kafkajs's own interval between two looks at requests that wait for nothing but a free place, ms. */
const CHECK_PENDING_REQUESTS_INTERVAL = 10;

const require = createRequire(import.meta.url);

/** Mends what kafkajs does at a cost, for every connection of the process. Doing it again changes nothing. */
export function patchKafkajs(): void {
  const queue: { readonly prototype: RequestQueue } = require('kafkajs/src/network/requestQueue/index.js');
  queue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
  // Its own takes a third of the time in which a batch is encoded. What builds batches is loaded with the first that is sent, and finds ours.
  const crc = require.resolve('kafkajs/src/protocol/recordBatch/crc32C/index.js');
  require(crc);
  require.cache[crc]!.exports = crc32c;
}

/**
 * Gives the request queue no timer while no request is pending.
 *
 * kafkajs 2.2.4 arms a timer after every request, with a negative delay unless the broker throttles. Node runs such a timer
 * after 1 ms, and it arms the next one: about 880 idle wake-ups a second for each connection, and since Node 24 a
 * TimeoutNegativeWarning. A timer is needed only for what is pending: every push and every response looks at the queue
 * by itself.
 *
 * @see https://github.com/tulios/kafkajs/issues/1751
 * @see https://github.com/tulios/kafkajs/pull/1755
 * @see https://github.com/tulios/kafkajs/pull/1768
 */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  const throttled = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttled > 0 ? throttled : CHECK_PENDING_REQUESTS_INTERVAL,
  );
}

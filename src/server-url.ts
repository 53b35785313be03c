import { z } from 'zod';

/**
 * Address of a server in settings: http or https, without a user, a password, ? and #, which would be shown, logged or lost.
 *
 * @param example for the message, e.g. `http://127.0.0.1:8086`
 */
export function serverUrl(example: string): z.ZodURL {
  return z
    .url({ protocol: /^https?$/, error: `expected an address such as ${example}` })
    .superRefine((url, context) => {
      if (!URL.canParse(url)) return;
      const { username, password, search, hash } = new URL(url);
      // Without the input: it would be shown.
      const fault = (message: string): void =>
        context.addIssue({ code: 'custom', message, input: '(not shown)' });
      if (username !== '' || password !== '')
        fault('expected an address without user and password, got one with them');
      else if (search !== '' || hash !== '') fault('expected an address without ? and #, got one with them');
    });
}

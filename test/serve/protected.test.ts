import { expect, test } from 'vitest';
import { type Exposure, mustBeProtected } from '../../src/serve/protected.ts';

const page: Exposure = { host: '0.0.0.0', section: 'page', hasToken: false, isOpen: false };

test.each(['0.0.0.0', '::', '192.168.1.7', 'sensors.lan'])('%s without a token is refused', (host) => {
  expect(() => mustBeProtected({ ...page, host })).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      facts: expect.objectContaining({
        where: 'page.host',
        todo: expect.stringMatching(/FORETIDE_PAGE_TOKEN.*page\.unprotected: true$/),
      }),
    }),
  );
  expect(() => mustBeProtected({ ...page, host, section: 'metrics' })).toThrow('metrics.open: true');
});

test.each([{ host: '127.0.0.1' }, { host: '::1' }, { hasToken: true }, { isOpen: true }])(
  '%j may be',
  (more) => expect(() => mustBeProtected({ ...page, ...more })).not.toThrow(),
);

import { z } from 'zod';
import { Duration } from '../duration.ts';
import { SecretSettings } from '../secret.ts';
import { serverUrl } from '../server-url.ts';

const Retry = z.strictObject({
  first: Duration.prefault('250ms').describe(
    'Pause before the first new attempt; it doubles with each further one',
  ),
  longest: Duration.prefault('30s').describe('Longest pause between two attempts. There is no last attempt'),
});

/** Settings of a schema registry that speaks the interface of Confluent's (Apicurio, Karapace and Redpanda do, too). */
export const RegistrySettings = z
  .strictObject({
    url: serverUrl('http://127.0.0.1:8081')
      .default('http://127.0.0.1:8081')
      .describe('Address of the schema registry'),
    username: z.string().min(1).optional().describe('User, or key, where the registry asks for one'),
    password: SecretSettings.optional().describe('Where the password, or the secret of the key, is'),
    token: SecretSettings.optional().describe('Where the bearer token is, in place of user and password'),
    subject: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Subject that ids are looked up under, where they are not the same for all: a registry of several contexts',
      ),
    timeout: Duration.prefault('10s').describe('Longest time that an attempt may take'),
    retry: Retry.prefault({}).describe(
      'How attempts are repeated while the registry is away; the source waits meanwhile',
    ),
    pins: z
      .record(
        z.string().regex(/^\d{1,10}$/, 'expected the id of a schema'),
        z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256, hexadecimal'),
      )
      .default({})
      .describe(
        'SHA-256 of schemas by their ids, as the log tells them when they are read: a registry that has another schema under the id ends the run',
      ),
  })
  .superRefine(({ username, password, token }, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((username === undefined) !== (password === undefined))
      fault('password', 'expected username and password, or neither, got one of them');
    if (token && username !== undefined)
      fault('token', 'expected a token, or username and password, got both');
  })
  .prefault({});
export type RegistrySettings = z.output<typeof RegistrySettings>;

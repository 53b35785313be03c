import { z } from 'zod';

/** Why a request is not answered with what it asked for; sent as JSON `{ code, message }`. */
export class Problem extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 503;
  readonly code: string;

  constructor(status: Problem['status'], code: string, message: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
  }
}

/** Query parameters, or a body, as `schema` reads them. @throws Problem PARAMETER_INVALID that names each parameter at fault. */
export function parsed<T>(schema: z.ZodType<T>, given: unknown): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Problem(400, 'PARAMETER_INVALID', faults.join('; '));
}

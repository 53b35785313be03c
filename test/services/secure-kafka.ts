import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { startNode } from './kafka-node.ts';
import { keptPort } from './kept-port.ts';
import { loneBroker } from './lone-broker.ts';
import type { ServerProcess } from './server-process.ts';

/** A file of `tls/`: certificates of an authority that only these tests know, good for a hundred years. */
export const certificate = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** Who may come in: the broker knows them by PLAIN and by both SCRAMs. */
export const kafkaUser = { name: 'foretide', password: 'password-of-the-tests' };

/** A Kafka broker that asks for encryption, and whom it talks to. */
export interface SecureKafka extends ServerProcess {
  /** TLS, and SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. */
  readonly sasl: string;
  /** TLS, and a certificate of the client. */
  readonly mutual: string;
  /** Neither. */
  readonly plain: string;
}

/** Whether this machine can run a broker of its own: the one that other tests share may be of a container, and asks for nothing. */
export async function hasKafka(): Promise<boolean> {
  return Promise.all([findJava(), kafkaJars()]).then(
    () => true,
    () => false,
  );
}

/** Starts one broker, its own controller, on loopback ports, with its data and `kafka.log` in `dir`. */
export async function startSecureKafka({ dir }: { dir: string }): Promise<SecureKafka> {
  const home = resolve(dir);
  await mkdir(home, { recursive: true });
  const [sasl, mutual, plain, controller] = await Promise.all(
    ['sasl', 'mutual', 'plain', 'controller'].map((name) => keptPort(join(home, `${name}-port`))),
  );
  const { name, password } = kafkaUser;
  const server = await startNode({
    dir: home,
    properties: `${loneBroker(controller!)}listeners=SASL://127.0.0.1:${sasl},MUTUAL://127.0.0.1:${mutual},PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=SASL://127.0.0.1:${sasl},MUTUAL://127.0.0.1:${mutual},PLAINTEXT://127.0.0.1:${plain}
listener.security.protocol.map=SASL:SASL_SSL,MUTUAL:SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=${certificate('server.pem')}
ssl.truststore.type=PEM
ssl.truststore.location=${certificate('ca.pem')}
listener.name.mutual.ssl.client.auth=required
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${name}="${password}";
listener.name.sasl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
num.network.threads=1
num.io.threads=2
`,
    scram: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((how) => `${how}=[name=${name},password=${password}]`),
  });
  return {
    ...server,
    sasl: `127.0.0.1:${sasl}`,
    mutual: `127.0.0.1:${mutual}`,
    plain: `127.0.0.1:${plain}`,
  };
}

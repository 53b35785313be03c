import { fileURLToPath } from 'node:url';
import { mavenJars } from './maven-jars.ts';

/** The folder with the jars of a broker (about 60 MB). */
export function kafkaJars(): Promise<string> {
  return mavenJars(fileURLToPath(new URL('pom.xml', import.meta.url)), 'kafka');
}

/** The folder with the jars of Kafka's own command-line tools, its console consumer among them. */
export function kafkaToolJars(): Promise<string> {
  return mavenJars(fileURLToPath(new URL('tools-pom.xml', import.meta.url)), 'kafka-tools');
}

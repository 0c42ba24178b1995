// Reads PromQL queries, one in a line of standard input, by Prometheus's own grammar, and fails at the first that is none.
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';

// Grafana puts these in before Prometheus reads the query.
const filledIn = (query) => query.replaceAll(/\$__(rate_)?interval/g, '5m').replaceAll('$__range', '1h');

function firstFault(query) {
  let fault = null;
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError && fault === null) fault = node.from;
    },
  });
  return fault;
}

const lines = readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
if (lines.length < 20) throw new Error(`only ${lines.length} queries were read`);
if (firstFault('sum(rate(x[5m]) by (y') === null) throw new Error('a query that is none was read');
for (const line of lines) {
  const query = filledIn(line);
  const at = firstFault(query);
  if (at !== null) {
    console.error(`deploy-files: no PromQL at character ${at}: ${query}`);
    process.exit(1);
  }
}

// Conditional appends through emmett-postgresql; prints one JSON line of what was measured.
// node append.mjs CONNECTION_STRING CLIENTS WARM_SECONDS SECONDS
// Facts have the same shape and size as bench/workload.py; a project is a stream.
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const EVENTS_PER_PROJECT = 20;
const TYPES = ['FundArrivalReported', 'FundArrivalRecognised', 'FundArrivalRefused', 'SigningRecorded'];

const [connectionString, clientsText, warmText, secondsText] = process.argv.slice(2);
const clients = Number(clientsText);
const warmMs = Number(warmText) * 1000;
const windowMs = Number(secondsText) * 1000;

const fact = (project, nth) => ({
  type: TYPES[nth % TYPES.length],
  data: {
    actor: { account: 'bench', person: 'p1', role: 'INV', unit: 'hedong' },
    command_id: randomUUID(),
    data: {
      amount: { currency: 'CNY', minor: 1250000000 + nth },
      arrival_id: `a-${project}-${nth}`,
      form: '人民币现金',
      origin: '省外',
      project_id: project,
      purpose: '基建',
      received_on: '2012-06-28',
    },
    documents: [
      { no: `JZ-${String(nth).padStart(6, '0')}`, sha256: '9f86d081884c7d659a2feaa0c55ad015'.repeat(2), title: '进账单' },
    ],
    occurred_on: '2012-06-28',
    tags: [`investor:${project.slice(-6)}`, `project:${project}`, 'unit:hedong'],
    type: TYPES[nth % TYPES.length],
    version: 1,
  },
});

const pool = new pg.Pool({ connectionString, max: clients, min: clients });
const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } });
await store.schema.migrate();

const took = [];
const start = performance.now() + warmMs;
const end = start + windowMs;

const client = async () => {
  let now = 0;
  while (now < end) {
    const project = randomUUID().replaceAll('-', '');
    for (let nth = 0; nth < EVENTS_PER_PROJECT && now < end; nth++) {
      const began = performance.now();
      await store.appendToStream(`project-${project}`, [fact(project, nth)], {
        expectedStreamVersion: BigInt(nth),
      });
      now = performance.now();
      if (now >= start && now < end) took.push(now - began);
    }
  }
};
await Promise.all(Array.from({ length: clients }, client));
await store.close();
await pool.end();

took.sort((a, b) => a - b);
const percentile = (share) => took[Math.min(took.length - 1, Math.max(0, Math.round(share * took.length) - 1))] ?? null;
console.log(JSON.stringify({ rate: took.length / (windowMs / 1000), p50_ms: percentile(0.5), p95_ms: percentile(0.95) }));

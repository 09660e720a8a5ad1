// duckdb.mjs SQL-FILE THREADS: runs it over the files of the working folder; prints the rows of the answer, a
// line each, and then "seconds S" of the query alone, without the start of node and DuckDB.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [file, threads] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const begin = process.hrtime.bigint();
const answer = await connection.runAndReadAll(readFileSync(file, 'utf8'));
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
for (const row of answer.getRows()) console.log(row.map(String).join(' '));
console.log(`seconds ${seconds.toFixed(4)}`);

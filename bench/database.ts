import pg from "pg";
import { startPostgres } from "../test/support/store/postgresServer.ts";

/** The URL of an empty database with fsync, as a production server has it, and what drops it. */
export async function database(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const given = process.env.ASSAY_TEST_POSTGRES_URL;
  const own = given === undefined ? await startPostgres({ fsync: true }) : null;
  const base = new URL(given ?? own?.url ?? "");
  const admin = new pg.Client({ connectionString: base.href });
  await admin.connect();
  const name = `assay_bench_${process.pid}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  base.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await own?.stop();
  };
  return { url: base.href, drop };
}

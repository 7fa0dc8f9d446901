import { migrations } from "./migrations/list.ts";
import { partitioned, settings } from "./tables/partitions.ts";

/** Roles of a database: who may do what. */
export const roles = {
  owner: "assay_owner",
  app: "assay_app",
  reader: "assay_reader",
} as const;

/** Names that the migrations give to what they make. */
const made = (what: string): string[] => [
  ...new Set(
    [...migrations.join("\n").matchAll(new RegExp(`CREATE ${what} (\\w+)`, "g"))].map(
      ([, name]) => name ?? "",
    ),
  ),
];

const { owner, app, reader } = roles;
const parents = partitioned.map((name) => `'${name}'`).join(", ");
const storage = partitioned.map((name) => `WHEN '${name}' THEN '${settings[name]}'`).join(" ");

const makeRole = (name: string, how: string): string =>
  `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name} ${how}; END IF;`;

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

/**
 * SQL that makes three roles in the database where it runs, as a superuser, and may run again: after an update that adds tables it has
 * to. The application's role cannot make or drop tables; parts of an epoch it makes and drops through two functions of the owner.
 */
export function rolesSql(): string {
  const tables = made("(?:UNLOGGED )?TABLE");
  const sequences = made("SEQUENCE");
  return `-- Roles of Assay with the least that each needs. Run it as a superuser, in the database of store.url:
--   assay store roles | psql "postgres://postgres@HOST/DATABASE"
-- Then give each role that logs in a password: \\password ${app}
--
-- ${owner}   owns the tables and brings them up to date: \`assay store migrate\`, \`assay store copy\`
-- ${app}     the validator (store.url): reads and writes rows, and cannot make, change or drop tables
-- ${reader}  reads all rows: the replica (store.replica_url) and backups (pg_dump)
BEGIN;
DO $do$ BEGIN
  ${makeRole(owner, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")}
  ${makeRole(app, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")}
  ${makeRole(reader, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")}
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${owner}, ${app}, ${reader}', current_database());
END $do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ${owner};
GRANT USAGE ON SCHEMA public TO ${app}, ${reader};

-- What the owner makes from now on, parts of tables among it.
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${app};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${app};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT ON TABLES TO ${reader};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT ON SEQUENCES TO ${reader};

-- What is there already, no matter who made it. Other tables of the schema are left alone.
DO $do$ DECLARE one record; BEGIN
  FOR one IN
    SELECT c.oid::regclass AS name, c.relkind AS kind, c.relname = 'assay_schema' AS versions FROM pg_class c
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
      AND (c.relname IN ('assay_schema', ${quoted([...tables, ...sequences])}) OR parent.relname IN (${parents}))
  LOOP
    IF one.kind = 'S' THEN
      EXECUTE format('ALTER SEQUENCE %s OWNER TO ${owner}', one.name);
      EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO ${app}', one.name);
    ELSE
      EXECUTE format('ALTER TABLE %s OWNER TO ${owner}', one.name);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${app}', one.name);
    END IF;
    EXECUTE format('GRANT SELECT ON %s TO ${reader}', one.name);
    -- A validator that could write it could pass for another version.
    IF one.versions THEN EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM ${app}', one.name); END IF;
  END LOOP;
  -- Numbers of identity columns.
  FOR one IN
    SELECT s.oid::regclass AS name FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'i'
    JOIN pg_class t ON t.oid = d.refobjid
    WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace AND t.relname IN (${quoted(tables)})
  LOOP
    EXECUTE format('GRANT SELECT ON SEQUENCE %s TO ${reader}', one.name);
  END LOOP;
END $do$;

-- A part of a table can only be made by who owns the table, and dropped by who owns the part.
CREATE OR REPLACE FUNCTION assay_make_part(parent text, epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
DECLARE part text := parent || '_e' || epoch;
BEGIN
  IF parent NOT IN (${parents}) OR epoch < 0 THEN
    RAISE EXCEPTION 'no part of %', parent;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE %I INCLUDING ALL) WITH (%s)', part, parent,
    CASE parent ${storage} END);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, part, epoch);
END $function$;

-- Retention takes an epoch off the record before it drops what belongs to it.
CREATE OR REPLACE FUNCTION assay_drop_part(parent text, epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
BEGIN
  IF parent NOT IN (${parents}) OR EXISTS (SELECT 1 FROM epochs e WHERE e.epoch = assay_drop_part.epoch) THEN
    RAISE EXCEPTION 'epoch % is on record, or no table has the name', epoch;
  END IF;
  EXECUTE format('DROP TABLE %I', parent || '_e' || epoch);
END $function$;

ALTER FUNCTION assay_make_part(text, bigint) OWNER TO ${owner};
ALTER FUNCTION assay_drop_part(text, bigint) OWNER TO ${owner};
REVOKE ALL ON FUNCTION assay_make_part(text, bigint), assay_drop_part(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION assay_make_part(text, bigint), assay_drop_part(text, bigint) TO ${app};
COMMIT;
`;
}

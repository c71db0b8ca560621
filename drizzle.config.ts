import { defineConfig } from 'drizzle-kit';

/** For `drizzle-kit generate` and `check`; the migrations are applied by `sf-ops migrate`, which knows a live cluster. */
export default defineConfig({
  dialect: 'mysql',
  schema: './src/database/schema.ts',
  out: './drizzle',
});

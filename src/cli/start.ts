import { checkHeaders } from './check-headers.ts';
import { serve } from './serve.ts';

const DEFAULT_PORT = 4173;

/** `npm start`: serves the finished build with all its headers, of which it makes sure, and prints where. */
const port = Number(process.env.PORT ?? DEFAULT_PORT);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`PORT must be a whole number from 0 to 65535; it is "${process.env.PORT ?? ''}".`);
  process.exit(1);
}
try {
  const { url } = await serve({ root: 'build', port });
  const wrong = await checkHeaders('build', url);
  if (wrong.length > 0) throw new Error(`it came without its headers:\n${wrong.join('\n')}`);
  console.log(`\nWindhover is at ${url}\nPress Ctrl-C to stop.`);
} catch (error) {
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(
    busy
      ? `Port ${String(port)} is taken. Choose another: PORT=8080 npm start`
      : `Windhover could not be served: ${String(error)}`,
  );
  process.exit(1);
}

/** The bundler puts the text of an SQL file in the place of its import. */
declare module '*.sql' {
  const text: string;
  export default text;
}

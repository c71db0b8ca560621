/** The connection flags of the command line, each absent unless it was given. */
export interface ConnectionFlags {
  host?: string;
  port?: string;
  user?: string;
  database?: string;
  socket?: string;
  passwordFile?: string;
  defaultsFile?: string;
  /** A group `[sf-ops-NAME]` of the option file. */
  profile?: string;
  sslCa?: string;
  sslCert?: string;
  sslKey?: string;
  sslVerifyServerCert?: boolean;
  config?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

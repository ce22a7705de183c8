/** What the command line knows of a preset: it lists them without loading one. */
export interface PresetEntry {
  /** As it is exported. */
  name: string;
  /** The provider's name, as people say it. */
  provider: string;
  /** The provider's page that the preset was written from. */
  docs: string;
  /** Which of client id and secret are given. Default: both. */
  credentials?: 'none' | 'clientId' | 'clientSecret';
  /** What there is to know before its use. */
  about: string;
  /** The preset's own. */
  options: readonly PresetOptionEntry[];
}

export interface PresetOptionEntry {
  name: string;
  isRequired: boolean;
  /** Not taken as an argument. */
  isSecret?: true;
  /** What the text of an argument is made into. Default: it stays a text. */
  kind?: 'boolean' | 'number' | 'json';
  about: string;
}

/** Who may sign in here. In a real BFF: the customers, from a database; and the user, from the login. */
export const tenants: Readonly<Record<string, { name: string; user: string }>> = {
  acme: { name: 'Acme Outdoor', user: 'Ada' },
  globex: { name: 'Globex Books', user: 'Grace' },
  initech: { name: 'Initech Tools', user: 'Edsger' },
};

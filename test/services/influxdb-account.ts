/** What every InfluxDB that the tests start is set up with. */
export const influxAccount = {
  username: 'foretide',
  password: 'foretide-password',
  org: 'foretide',
  bucket: 'sensors',
  token: 'foretide-admin-token',
};

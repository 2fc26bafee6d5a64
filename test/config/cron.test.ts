import { cronFault, cronTimes } from '../../src/config/rules/cron';

describe('a cron text', () => {
  test.each([
    '0 1 * * *',
    '*/15 0-6,18-23 1,15 jan-jun mon-fri',
    '0 0 * * 7',
    '5/10 * * * SUN',
    '  0   1 * * *  ',
    '@daily',
    '@every 6h',
  ])('"%s" is accepted', (text) => {
    expect(cronFault(text)).toBeUndefined();
  });

  test.each([
    ['60 * * * *', '"60" is no minute'],
    ['0 24 * * *', '"24" is no hour'],
    ['0 0 0 * *', '"0" is no day of the month'],
    ['0 0 * 13 *', '"13" is no month'],
    ['0 0 * * 8', '"8" is no day of the week'],
    ['0 0 * * fri-mon', '"fri-mon" is no day of the week'],
    ['*/0 * * * *', '"*/0" is no minute'],
    ['1,,2 * * * *', '"1,,2" is no minute'],
    ['0 1 * *', 'has 4 fields'],
    ['0 0 1 * * *', 'has 6 fields'],
    ['@fortnightly', 'is none of @hourly'],
    ['CRON_TZ=Europe/Berlin 0 1 * * *', 'give the zone as timezone'],
  ])('"%s" is refused by name', (text, fault) => {
    expect(cronFault(text)).toContain(fault);
  });
});

describe('the times of a cron text', () => {
  test.each([
    ['@daily', '0 0 * * 0-6'],
    ['@weekly', '0 0 * * 7'],
    ['0 0 1 jan,feb *', '0,0 0 1 1-2 *'],
    ['*/20 * * * *', '0,20,40 * * * *'],
    ['@every 90m', '@every 5400s'],
  ])('"%s" is "%s"', (one, other) => {
    expect(cronTimes(one)).toEqual(cronTimes(other));
  });

  test('differ where they differ', () => {
    expect(cronTimes('0 1 * * *')).not.toEqual(cronTimes('0 1 * * 1-6'));
  });
});

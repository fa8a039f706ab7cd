"""Test identities. Birth numbers 980-999 are never given to a person."""

import datetime


def luhn_digit(nine_digits):
    total = 0
    for position, digit in enumerate(nine_digits):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def test_number(age, serial=980, today=None):
    """A 12-digit personnummer of the test series for somebody who is `age` years old today.

    The birthday was about half a year ago, so that the age holds for months around today.
    """
    if not 980 <= serial <= 999:
        raise ValueError("the test series is 980-999")
    today = today or datetime.date.today()
    born = today - datetime.timedelta(days=age * 365.2425 + 183)
    date = born.strftime("%Y%m%d")
    return f"{date}{serial}{luhn_digit(date[2:] + str(serial))}"


def birth_date(number):
    return f"{number[:4]}-{number[4:6]}-{number[6:8]}"

"""Networks whose private parameters are tables, a row for each reverse process."""

"""A believable clinic to look at: fictional people, told through the product's own actions."""

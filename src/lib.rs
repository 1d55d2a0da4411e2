//! plangate reads infrastructure before it is deployed and tells whether protected data can be
//! processed as intended, and by nobody else.

pub mod finding;
pub mod load;
pub mod model;
pub mod resolve;

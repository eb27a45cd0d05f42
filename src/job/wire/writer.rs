//! The writing half of the messages.

use serde::ser::{self, Serialize};

use super::Broken;

/// A message as bytes.
pub(super) fn write<T: Serialize>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.serialize(Writer(&mut bytes)).expect("a message is plain data");
    bytes
}

struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn again(&mut self) -> Writer<'_> {
        Writer(self.0)
    }

    /// Lists say how many parts they have.
    fn counted(mut self, count: usize) -> Result<Self, Broken> {
        self.number(count as u64);
        Ok(self)
    }

    fn variant(mut self, index: u32) -> Result<Self, Broken> {
        self.number(u64::from(index));
        Ok(self)
    }
}

/// Whole numbers without a sign.
macro_rules! unsigned {
    ($($name:ident $type:ty),*) => {
        $(fn $name(mut self, value: $type) -> Result<(), Broken> {
            self.number(value as u64);
            Ok(())
        })*
    };
}

/// Whole numbers with one: 0, −1, 1, −2 … are 0, 1, 2, 3 ….
macro_rules! signed {
    ($($name:ident $type:ty),*) => {
        $(fn $name(mut self, value: $type) -> Result<(), Broken> {
            let value = value as i64;
            self.number((value << 1 ^ value >> 63) as u64);
            Ok(())
        })*
    };
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = Broken;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = ser::Impossible<(), Broken>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    unsigned!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_bool bool, serialize_char char);
    signed!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64);

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_f32(self, value: f32) -> Result<(), Broken> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Broken> {
        self.0.extend_from_slice(&value.to_bits().to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Broken> {
        self.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Broken> {
        self.serialize_u8(0)
    }

    fn serialize_some<T: ?Sized + Serialize>(mut self, value: &T) -> Result<(), Broken> {
        self.number(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Broken> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Broken> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Broken> {
        self.variant(index).map(|_| ())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Broken> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Broken> {
        value.serialize(self.variant(index)?)
    }

    fn serialize_seq(self, count: Option<usize>) -> Result<Self, Broken> {
        self.counted(count.ok_or(Broken)?)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Broken> {
        self.variant(index)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Broken> {
        Err(Broken)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Broken> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Broken> {
        self.variant(index)
    }
}

/// Parts of a list or of a tuple, one behind the other.
macro_rules! parts {
    ($($trait:ident $method:ident),*) => {
        $(impl ser::$trait for Writer<'_> {
            type Ok = ();
            type Error = Broken;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Broken> {
                value.serialize(self.again())
            }

            fn end(self) -> Result<(), Broken> {
                Ok(())
            }
        })*
    };
}

parts!(SerializeSeq serialize_element, SerializeTuple serialize_element);
parts!(SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

/// Fields of a struct, in the order in which it declares them.
macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Writer<'_> {
            type Ok = ();
            type Error = Broken;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, _: &'static str, value: &T) -> Result<(), Broken> {
                value.serialize(self.again())
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), Broken> {
                self.number(0);
                Ok(())
            }

            fn end(self) -> Result<(), Broken> {
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);
